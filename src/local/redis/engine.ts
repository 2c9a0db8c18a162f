// What the HTTP front needs of a Redis, whichever one stands behind it.

export type Argument = string | Buffer;

/** An error that Redis answered: a value, since a command that fails is an expected outcome. */
export type ErrorReply = { readonly error: string };

/** Status replies (`OK`) are strings, bulk strings are buffers, as on the wire. */
export type Reply = string | number | Buffer | null | ErrorReply | Reply[];

export interface RedisEngine {
  /** Rejects only if Redis can't be reached; what Redis refuses comes back as an `ErrorReply`. */
  call(args: Argument[]): Promise<Reply>;
  /** All commands with none of another client between them. An `ErrorReply`: none of them ran. */
  transaction(commands: Argument[][]): Promise<Reply[] | ErrorReply>;
  /** Commands run since the engine opened, as Upstash bills them: an EVAL and each call inside it. */
  billedCommands(): Promise<number>;
  close(): Promise<void>;
}

export function isErrorReply(reply: Reply): reply is ErrorReply {
  return typeof reply === "object" && reply !== null && "error" in reply;
}
