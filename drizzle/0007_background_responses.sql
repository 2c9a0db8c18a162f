CREATE TABLE "background_responses" (
	"organization_id" text NOT NULL,
	"provider" text NOT NULL,
	"response_id" text NOT NULL,
	"hold_id" text,
	"call" jsonb,
	"reading" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"done_at" timestamp with time zone,
	CONSTRAINT "background_responses_organization_id_provider_response_id_pk" PRIMARY KEY("organization_id","provider","response_id")
);
