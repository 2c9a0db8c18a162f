// What the bridge needs of a Postgres, embedded or real. Values cross as Postgres's own text, so that
// the client's parsers decide what a bigint or a timestamp becomes, as they do with Neon.

/** One statement with its parameters in Postgres's text form. */
export type Statement = { text: string; params: (string | null)[] };

/** A column as Neon's answer describes it. */
export type Field = {
  name: string;
  dataTypeID: number;
  tableID: number;
  columnID: number;
  dataTypeSize: number;
  dataTypeModifier: number;
  format: string;
};

export type StatementResult = {
  command: string;
  rowCount: number | null;
  fields: Field[];
  rows: (string | null)[][];
};

export type TransactionMode = {
  isolation?: "READ UNCOMMITTED" | "READ COMMITTED" | "REPEATABLE READ" | "SERIALIZABLE" | undefined;
  readOnly?: boolean | undefined;
  deferrable?: boolean | undefined;
};

export type Backend = {
  /** Runs one statement. A Postgres error is thrown as the driver's own, with its SQLSTATE in `code`. */
  run(statement: Statement): Promise<StatementResult>;
  /** Runs all statements in one transaction, or none. */
  runBatch(statements: Statement[], mode: TransactionMode): Promise<StatementResult[]>;
  /** Runs a script of many statements, outside of HTTP. */
  exec(script: string): Promise<void>;
  /** Applies the drizzle migrations of a folder that this database doesn't have yet. */
  migrate(folder: string): Promise<void>;
  close(): Promise<void>;
};

/** Applies the drizzle migrations of a folder, each once, all or none. */
export function migrate(backend: Backend, folder: string): Promise<void> {
  return backend.migrate(folder);
}

/** The words behind BEGIN or SET TRANSACTION, with a leading space; empty for the database's defaults. */
export function transactionModeSql({ isolation, readOnly, deferrable }: TransactionMode): string {
  const level = isolation === undefined ? "" : ` ISOLATION LEVEL ${isolation}`;
  return `${level}${readOnly ? " READ ONLY" : ""}${deferrable ? " DEFERRABLE" : ""}`;
}
