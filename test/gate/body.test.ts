import { describe, expect, test } from "vitest";
import { parseBody } from "../../src/gate/body.ts";
import { understand } from "../../src/gate/understand.ts";
import { openai } from "../../src/providers/openai/openai.ts";
import { routeIn } from "../../src/providers/provider.ts";

const encode = (text: string) => new Uint8Array(new TextEncoder().encode(text));
const FORM = "multipart/form-data; boundary=b";
const part = (headers: string, content: string) =>
  `--b\r\ncontent-disposition: form-data; ${headers}\r\n\r\n${content}\r\n`;
const form = (...parts: string[]) => encode(`${parts.join("")}--b--\r\n`);

function bodyOf(bytes: Uint8Array<ArrayBuffer>, contentType: string) {
  const parsed = parseBody(bytes, contentType);
  if ("invalid" in parsed) throw new Error(parsed.invalid.message);
  return parsed.body;
}

function faultOf(bytes: Uint8Array<ArrayBuffer>, contentType: string) {
  const parsed = parseBody(bytes, contentType);
  return "invalid" in parsed ? parsed.invalid.param : undefined;
}

describe("a form", () => {
  const sound = 'name="file"; filename="a.mp3"\r\ncontent-type: audio/mpeg';

  test("is its texts, and what is known of its files", () => {
    const bytes = form(part('name="model"', "whisper-1"), part(sound, "12345"));
    expect(bodyOf(bytes, FORM).members).toEqual({
      model: "whisper-1",
      file: { filename: "a.mp3", contentType: "audio/mpeg", bytes: 5 },
    });
  });

  test("has lists where a name says so", () => {
    const one = part('name="image[]"; filename="1.png"', "1");
    const two = part('name="image[]"; filename="2.png"', "22");
    expect(bodyOf(form(one, two), FORM).members["image"]).toEqual([
      { filename: "1.png", contentType: undefined, bytes: 1 },
      { filename: "2.png", contentType: undefined, bytes: 2 },
    ]);
  });

  test("is changed in the named text and in no other byte", async () => {
    const bytes = form(part('name="model"', "alias"), part(sound, "12345"));
    const { edited } = bodyOf(bytes, FORM);
    expect(edited([])).toBe(bytes);
    const changed = await new Response(edited([{ path: ["model"], value: "whisper-1" }])).text();
    expect(changed).toBe(
      new TextDecoder().decode(form(part('name="model"', "whisper-1"), part(sound, "12345"))),
    );
  });

  test("that says a thing twice, or isn't UTF-8, is refused", () => {
    const model = part('name="model"', "a");
    expect(faultOf(form(model, model), FORM)).toBe("model");
    const latin = new Uint8Array([
      ...encode('--b\r\ncontent-disposition: form-data; name="model"\r\n\r\n'),
      0xff,
    ]);
    expect(faultOf(new Uint8Array([...latin, ...encode("\r\n--b--\r\n")]), FORM)).toBe("model");
    expect(faultOf(encode("{}"), FORM)).toBeNull();
  });

  test("whose part has the name of an object's own member shows it as any other", () => {
    expect(bodyOf(form(part('name="__proto__"', "x")), FORM).members["__proto__"]).toBe("x");
  });
});

test("a JSON body that says a thing twice, at any depth, is refused", () => {
  expect(faultOf(encode('{"a":1,"a":2}'), "")).toBe("a");
  expect(faultOf(encode('{"a":{"b":1,"b":2}}'), "")).toBe("b");
  expect(faultOf(encode("[]"), "")).toBeNull();
});

test.each([{}, { "content-length": "100" }])(
  "a body that breaks off is the client's fault, however its length is told: %o",
  async (headers) => {
    const path = "/v1/chat/completions";
    const wire = routeIn(openai, "POST", path)?.metering;
    if (!wire || wire === "free") throw new Error("chats are metered");
    let pulls = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (pulls++ > 0) return controller.error(new Error("disconnected"));
        controller.enqueue(encode('{"model":'));
      },
    });
    const init = { method: "POST", body, headers, duplex: "half" } as RequestInit;
    const request = new Request(`http://127.0.0.1${path}`, init);
    expect(await understand(request, { wire, path }, 1_000)).toMatchObject({
      refusal: { code: "invalid_request", message: "The body broke off." },
    });
  },
);
