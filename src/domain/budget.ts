import { confirm, reserve } from "./books-model/admission.ts";
import { drain, trim } from "./books-model/drain.ts";
import { forgetInstances, listInstances } from "./books-model/forget.ts";
import { lapse } from "./books-model/lapse.ts";
import { claimPolicy, putPolicy } from "./books-model/policies.ts";
import { open, rebuild, refresh } from "./books-model/recovery.ts";
import { settle } from "./books-model/settlement.ts";

// The reference model of the Lua: what every script of the books does, over plain data. Pure.
//
// It is written from the protocol, not from the scripts, and says in the plainest way what must come out; the tests
// hold the scripts to it, reply by reply and key by key. Each function takes the books of one organization and what
// the script takes, and gives the books as they are afterwards and the script's tagged reply. Nothing that it was
// given is changed.
export const booksModel = {
  reserve,
  confirm,
  settle,
  lapse,
  drain,
  trim,
  open,
  rebuild,
  refresh,
  listInstances,
  forgetInstances,
  claimPolicy,
  putPolicy,
};
