import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

// Two runtimes: `*.worker.test.ts` run inside workerd, every other test in Node.
// Both run the same sources; the end-to-end suites start the real local stack.
export default defineConfig({
  test: {
    // Two at once also on two cores: the end-to-end suites mostly wait for their stacks.
    maxWorkers: 2,
    projects: [
      {
        root: new URL("..", import.meta.url).pathname,
        plugins: [cloudflareTest({ wrangler: { configPath: "./wrangler.toml" } })],
        test: { name: "workerd", include: ["test/**/*.worker.test.ts"] },
      },
      {
        root: new URL("..", import.meta.url).pathname,
        test: {
          name: "node",
          // A process runs many files: what each would import anew is a third of all their time. So no file may leave
          // anything behind in a module, nor wait for anything that another's module has.
          isolate: false,
          include: ["test/**/*.test.ts"],
          exclude: ["test/**/*.worker.test.ts"],
          testTimeout: 30_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
