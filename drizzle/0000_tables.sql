CREATE TABLE "budget_totals" (
	"organization_id" text NOT NULL,
	"counter" text NOT NULL,
	"period_start" bigint NOT NULL,
	"spent" bigint NOT NULL,
	CONSTRAINT "budget_totals_organization_id_counter_period_start_pk" PRIMARY KEY("organization_id","counter","period_start")
);
--> statement-breakpoint
CREATE TABLE "budgets" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"scope_kind" text NOT NULL,
	"scope_id" text NOT NULL,
	"unit" text NOT NULL,
	"limit_amount" bigint NOT NULL,
	"period" jsonb NOT NULL,
	"models" jsonb,
	"enforcement" text DEFAULT 'hard' NOT NULL,
	"on_lapse" text DEFAULT 'charge' NOT NULL,
	"on_store_outage" text DEFAULT 'closed' NOT NULL,
	"count_from" text DEFAULT 'now' NOT NULL,
	"alert_at" jsonb DEFAULT '[0.5,0.8,1]'::jsonb NOT NULL,
	"name" text,
	"generation" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"body_digest" text NOT NULL,
	"status" integer,
	"response" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "keys" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"team_id" text,
	"user_id" text,
	"name" text,
	"hint" text NOT NULL,
	"digest" text NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"revoked_at" timestamp with time zone,
	"expires_at" timestamp with time zone,
	"models" jsonb,
	"endpoints" jsonb,
	"providers" jsonb,
	"model_aliases" jsonb,
	"tags" jsonb,
	"metadata" jsonb,
	"when_short" text DEFAULT 'clamp' NOT NULL,
	"min_output_tokens" integer DEFAULT 256 NOT NULL,
	"on_disconnect" text DEFAULT 'drain' NOT NULL,
	"allow_unpriced" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ledger_entries" (
	"id" text NOT NULL,
	"organization_id" text NOT NULL,
	"hold_id" text NOT NULL,
	"request_id" text NOT NULL,
	"kind" text NOT NULL,
	"amount" bigint NOT NULL,
	"budgets" jsonb NOT NULL,
	"key_id" text NOT NULL,
	"team_id" text,
	"user_id" text,
	"customer" text,
	"tags" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"provider" text NOT NULL,
	"model_requested" text NOT NULL,
	"model" text NOT NULL,
	"endpoint" text NOT NULL,
	"stream" boolean NOT NULL,
	"usage" jsonb,
	"price_version" text,
	"service_tier" text,
	"estimated" boolean DEFAULT false NOT NULL,
	"outcome" text NOT NULL,
	"status" integer,
	"hold" bigint NOT NULL,
	"overrun" bigint DEFAULT 0 NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"first_byte_ms" integer,
	"duration_ms" integer,
	"at" timestamp with time zone NOT NULL,
	"sequence_epoch" bigint NOT NULL,
	"sequence_n" bigint NOT NULL,
	"booked_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "ledger_entries_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "organization_books" (
	"organization_id" text PRIMARY KEY NOT NULL,
	"epoch" bigint DEFAULT 0 NOT NULL,
	"fence" bigint DEFAULT 0 NOT NULL,
	"watermark_epoch" bigint DEFAULT 0 NOT NULL,
	"watermark_n" bigint DEFAULT 0 NOT NULL,
	"watermark_tag" text DEFAULT '-' NOT NULL
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "policy_versions" (
	"organization_id" text NOT NULL,
	"kind" text NOT NULL,
	"id" text NOT NULL,
	"version" bigint NOT NULL,
	CONSTRAINT "policy_versions_organization_id_kind_id_pk" PRIMARY KEY("organization_id","kind","id")
);
--> statement-breakpoint
CREATE TABLE "stranded_settles" (
	"organization_id" text NOT NULL,
	"hold_id" text NOT NULL,
	"settle" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"done_at" timestamp with time zone,
	CONSTRAINT "stranded_settles_organization_id_hold_id_pk" PRIMARY KEY("organization_id","hold_id")
);
--> statement-breakpoint
ALTER TABLE "budgets" ADD CONSTRAINT "budgets_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "keys" ADD CONSTRAINT "keys_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "budgets_by_scope" ON "budgets" USING btree ("organization_id","scope_kind","scope_id");--> statement-breakpoint
CREATE UNIQUE INDEX "keys_digest" ON "keys" USING btree ("digest");--> statement-breakpoint
CREATE INDEX "keys_by_organization" ON "keys" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "ledger_by_hold" ON "ledger_entries" USING btree ("organization_id","hold_id");--> statement-breakpoint
CREATE INDEX "ledger_by_request" ON "ledger_entries" USING btree ("request_id");--> statement-breakpoint
CREATE INDEX "ledger_by_time" ON "ledger_entries" USING btree ("organization_id","at","id");--> statement-breakpoint
CREATE INDEX "ledger_by_key" ON "ledger_entries" USING btree ("organization_id","key_id","at");--> statement-breakpoint
CREATE INDEX "stranded_open" ON "stranded_settles" USING btree ("organization_id") WHERE done_at is null;