import * as z from "zod";

// What answers are made of. An answer's schema is its documentation, and the tests hold every answer to it. Pure.

export const usdShape = z
  .string()
  .regex(/^-?\d+(\.\d{1,9})?$/)
  .meta({ id: "Usd", description: "USD as decimal text, exact to the nano-dollar.", example: "12.50" });
export const amountShape = z
  .union([usdShape, z.int()])
  .meta({ description: "USD as decimal text for the unit `usd`, a whole number for the others." });
export const timeShape = z.iso.datetime().meta({ description: "RFC 3339, UTC." });
export const idShape = (prefix: string) =>
  z.string().meta({ description: `\`${prefix}_…\`: sorts by the time it was made.` });
/** What changes has both. */
export const times = { created_at: timeShape, updated_at: timeShape };

/** A page of a list. */
export function pageShape(item: z.ZodType) {
  return z.strictObject({
    data: z.array(item),
    has_more: z.boolean(),
    next_cursor: z.string().nullable().meta({ description: "For `?cursor=` of the next page." }),
  });
}

const fieldErrorShape = z.strictObject({
  pointer: z.string().meta({ description: "RFC 6901, into the body; `/<name>` for a query parameter." }),
  detail: z.string(),
});
export const problemShape = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    request_id: z.string(),
    errors: z.array(fieldErrorShape).optional(),
  })
  .meta({ id: "Problem", description: "RFC 9457. `code` doesn't change; `errors` points at bad fields." });
