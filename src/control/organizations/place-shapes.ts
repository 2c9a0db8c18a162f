import * as z from "zod";
import { liveBudgetShape } from "../budgets/budget-shapes.ts";
import { idShape, times } from "../frame/shapes.ts";

// Organizations and who is in them, as answers show them. One that is asked for by itself shows its budgets, live.

const budgets = { budgets: z.array(liveBudgetShape) };

const organization = {
  id: idShape("org"),
  name: z.string(),
  model_aliases: z.record(z.string(), z.string()).optional(),
  ...times,
};
export const organizationShape = z.strictObject(organization).meta({ id: "Organization" });
export const fullOrganizationShape = z
  .strictObject({ ...organization, ...budgets })
  .meta({ id: "OrganizationWithBudgets" });

const team = { id: idShape("team"), organization_id: z.string(), name: z.string(), ...times };
export const teamShape = z.strictObject(team).meta({ id: "Team" });
export const fullTeamShape = z.strictObject({ ...team, ...budgets }).meta({ id: "TeamWithBudgets" });

const member = { team_id: z.string(), user_id: z.string(), role: z.string().optional(), ...times };
export const memberShape = z.strictObject(member).meta({ id: "Member" });
export const fullMemberShape = z.strictObject({ ...member, ...budgets }).meta({ id: "MemberWithBudgets" });

const user = {
  id: idShape("user"),
  organization_id: z.string(),
  external_id: z.string().optional(),
  email: z.string().optional(),
  name: z.string().optional(),
  ...times,
};
export const userShape = z.strictObject(user).meta({ id: "User" });
export const fullUserShape = z.strictObject({ ...user, ...budgets }).meta({ id: "UserWithBudgets" });

const customer = {
  id: z.string().meta({ description: "The caller's own." }),
  organization_id: z.string(),
  name: z.string().optional(),
  blocked: z.boolean(),
  ...times,
};
export const customerShape = z.strictObject(customer).meta({ id: "Customer" });
export const fullCustomerShape = z
  .strictObject({ ...customer, ...budgets })
  .meta({ id: "CustomerWithBudgets" });
