import { once } from "node:events";
import { createConnection, createServer, type Server } from "node:net";
import { StackError } from "./stack-error.ts";

const HOST = "127.0.0.1";
const CONNECT_TIMEOUT_MS = 5_000;

/** Listens on loopback, on a free port where `port` is 0, and returns the port. */
export async function listenOnLoopback(server: Server, port: number): Promise<number> {
  server.listen(port, HOST);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return address.port;
}

/** The port itself if nobody listens on it, a free one for 0; throws a StackError for one that is taken. */
export async function claimPort(port: number): Promise<number> {
  const probe = createServer();
  try {
    return await listenOnLoopback(probe, port);
  } catch (error) {
    throw new StackError(`Port ${port} is taken: choose another with PORT=${port + 1} npm start`, {
      cause: error,
    });
  } finally {
    probe.close();
  }
}

/** True if something accepts connections there. */
export async function isReachable(host: string, port: number): Promise<boolean> {
  const socket = createConnection({ host, port });
  socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error("no answer")));
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false; // Refused, unknown or silent: all the same to the caller, who names the address.
  } finally {
    socket.destroy();
  }
}
