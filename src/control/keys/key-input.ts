import * as z from "zod";
import { MAX_TAGS } from "../../domain/scope.ts";
import { nestedBudget } from "../budgets/budget-input.ts";
import { allowList, fixed, label, modelAliases, moment, oneOf, shortText } from "../frame/fields.ts";

// The bodies of /keys.

const MAX_BUDGETS = 20;
const MAX_METADATA_LENGTH = 16_384;
const MAX_OUTPUT_TOKENS = 1_000_000;

const metadata = z
  .record(z.string(), z.unknown())
  .refine(
    (value) => JSON.stringify(value).length <= MAX_METADATA_LENGTH,
    `is longer than ${MAX_METADATA_LENGTH} characters`,
  );

const settings = {
  name: shortText.nullish(),
  enabled: z.boolean().optional(),
  expires_at: moment.nullish(),
  models: allowList.nullish(),
  endpoints: allowList.nullish(),
  providers: allowList.nullish(),
  model_aliases: modelAliases.nullish(),
  tags: z
    .array(label)
    .max(MAX_TAGS)
    .refine((tags) => new Set(tags).size === tags.length, "has a tag twice")
    .nullish(),
  metadata: metadata.nullish(),
  when_short: oneOf(["clamp", "reject"]).nullish(),
  min_output_tokens: z.int().min(1).max(MAX_OUTPUT_TOKENS).nullish(),
  on_disconnect: oneOf(["drain", "abort"]).nullish(),
  allow_unpriced: z.boolean().nullish(),
  team_id: shortText.nullish(),
  user_id: shortText.nullish(),
};

export const keyPost = z.strictObject({
  ...settings,
  organization_id: shortText.optional(),
  budgets: z.array(nestedBudget).max(MAX_BUDGETS).optional(),
});

export const keyPatch = z.strictObject({
  ...settings,
  organization_id: fixed,
  budgets: z.never("are changed at /budgets").optional(),
});

export type KeySettings = Omit<z.infer<typeof keyPatch>, "organization_id" | "budgets">;
