/** What can go wrong with the local stack and isn't a defect: the message is for whoever ran `npm start`. */
export class StackError extends Error {
  override name = "StackError";
}
