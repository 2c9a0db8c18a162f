import { expect, test } from "vitest";

test("runs inside workerd", () => {
  expect(navigator.userAgent).toBe("Cloudflare-Workers");
});
