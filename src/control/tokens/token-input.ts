import * as z from "zod";
import { ROLES } from "../../ledger/control-schema.ts";
import type { ControlContext } from "../frame/context.ts";
import { moment, oneOf, shortText } from "../frame/fields.ts";
import { badField } from "../frame/problem.ts";

// The body of a POST of a token, and whom it may be made for.

export const tokenPost = z
  .strictObject({
    name: shortText,
    role: oneOf(ROLES).meta({
      description:
        "admin: everything. org-admin: one organization. team-admin: the keys, members and their budgets of one team. read-only: sees, and changes nothing; of one team with `team_id`.",
    }),
    organization_id: shortText.optional(),
    team_id: shortText.optional(),
    expires_at: moment.nullish(),
  })
  .superRefine(({ role, organization_id, team_id }, context) => {
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: "custom", path: [field], message });
    if (role === "admin" && organization_id !== undefined)
      refuse("organization_id", "an admin is one of all organizations");
    if (role === "team-admin" && team_id === undefined) refuse("team_id", "is required");
    if (team_id !== undefined && (role === "admin" || role === "org-admin"))
      refuse("team_id", "is for team-admin and read-only");
  });
type TokenPost = z.infer<typeof tokenPost>;

/** Nobody makes a token that can more, or lives longer, than his own. */
export function refuseMoreThanOwn(
  { var: { principal } }: ControlContext,
  { role, expires_at }: TokenPost,
  ownEnd: Date | null,
): void {
  if (role === "admin" && principal.role !== "admin") throw badField("/role", "is more than your own");
  if (ownEnd && (!expires_at || expires_at > ownEnd))
    throw badField("/expires_at", "must not be after the end of your own token");
}
