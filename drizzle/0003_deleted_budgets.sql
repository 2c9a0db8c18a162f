CREATE TABLE "deleted_budgets" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"unit" text NOT NULL,
	"deleted_at" timestamp with time zone DEFAULT now() NOT NULL
);
