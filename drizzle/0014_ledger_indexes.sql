CREATE INDEX "ledger_by_customer" ON "ledger_entries" USING btree ("organization_id","customer","at") WHERE customer is not null;--> statement-breakpoint
CREATE INDEX "ledger_by_team" ON "ledger_entries" USING btree ("organization_id","team_id","at") WHERE team_id is not null;--> statement-breakpoint
CREATE INDEX "ledger_by_user" ON "ledger_entries" USING btree ("organization_id","user_id","at") WHERE user_id is not null;--> statement-breakpoint
CREATE INDEX "ledger_by_model" ON "ledger_entries" USING btree ("organization_id","model","provider","at");--> statement-breakpoint
CREATE INDEX "ledger_by_tag" ON "ledger_entries" USING gin ("tags" jsonb_path_ops);--> statement-breakpoint
CREATE INDEX "ledger_by_rare_kind" ON "ledger_entries" USING btree ("organization_id","kind","at") WHERE kind <> 'settled';