import type { BatchItem } from "drizzle-orm/batch";
import type { Sealed } from "../../sealed.ts";
import type { PolicyRef, Services } from "../../services.ts";

/** Something that lies sealed in Postgres. */
export interface SealedRow {
  /** Its place in the order of its kind, for a cursor. */
  key: string[];
  /** How an answer names it. */
  named: { kind: string; organization_id: string } & Record<string, string>;
  organizationId: string;
  /** The policy document that the gate reads it in; null: it doesn't. */
  document: PolicyRef | null;
  /** The same under the current KEY_SECRET; null where it is already. Throws where it can't be opened. */
  reseal(): Promise<Sealed | null>;
  /** Stores it, unless it was changed in between. */
  store(sealed: Sealed): BatchItem<"pg">;
}

/** One kind of them, in the order of their keys. `after`: a key; undefined: from the start. */
export type SealedRows = (
  services: Services,
  page: { after: string[] | undefined; limit: number },
) => Promise<SealedRow[]>;
