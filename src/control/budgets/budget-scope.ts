import * as z from "zod";
import { WILDCARD } from "../../domain/charged-budgets.ts";
import { SCOPE_KINDS, type ScopeKind } from "../../domain/scope.ts";
import { label, oneOf, shortText } from "../frame/fields.ts";

/** The kinds of which a budget for each may be narrowed to one team. */
const NARROWED: readonly ScopeKind[] = ["key", "user", "member", "customer", "tag"];

/** What a budget may stand on: a scope, or each ("*") of a kind. */
export const budgetScope = z
  .strictObject({ kind: oneOf(SCOPE_KINDS), id: z.string().min(1), team_id: shortText.nullish() })
  .superRefine(({ kind, id, team_id: teamId }, context) => {
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: "custom", path: [field], message });
    const each = id === WILDCARD;
    if (each && kind === "organization") refuse("id", 'can\'t be "*" for an organization');
    const { error } = (kind === "customer" || kind === "tag" ? label : shortText).safeParse(id);
    if (!each && error) refuse("id", error.issues[0]?.message ?? "is bad");
    if (teamId && !each) refuse("team_id", 'narrows "*" only');
    else if (teamId && !NARROWED.includes(kind)) refuse("team_id", `narrows ${NARROWED.join(", ")} only`);
  });
