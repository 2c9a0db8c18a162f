/** A header's value and its parameters, `form-data; name="a"`: names in lower case, quotes and escapes taken off. */
export interface HeaderValue {
  value: string;
  parameters: Map<string, string>;
}

const PARAMETER = /[ \t]*;[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"\\,]+))/y;

/**
 * Null where the value isn't well formed, or has a parameter twice: readers differ in what they make of those.
 * https://www.rfc-editor.org/rfc/rfc2045#section-5.1
 *
 * Of the escapes only `\"` and `\\` are taken off. Another backslash stays: some clients write file names with bare
 * ones, `C:\a.png`. https://www.rfc-editor.org/rfc/rfc7578#section-4.2
 */
export function parseHeaderValue(text: string): HeaderValue | null {
  const semicolon = text.indexOf(";");
  const valueEnd = semicolon === -1 ? text.length : semicolon;
  const value = text.slice(0, valueEnd).trim().toLowerCase();
  const parameters = new Map<string, string>();
  let position = valueEnd;
  for (;;) {
    PARAMETER.lastIndex = position;
    const found = PARAMETER.exec(text);
    if (!found) break;
    const [whole, name = "", quoted, bare = ""] = found;
    const key = name.toLowerCase();
    if (parameters.has(key)) return null;
    parameters.set(key, quoted === undefined ? bare : quoted.replaceAll(/\\(["\\])/g, "$1"));
    position += whole.length;
  }
  const rest = text.slice(position).trim();
  return rest === "" || rest === ";" ? { value, parameters } : null;
}
