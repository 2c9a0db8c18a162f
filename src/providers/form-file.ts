// A file of a form, known from what a JSON body may look like: a client that could write one would have its text taken
// for media, and pay for none of it.

export interface FormFile {
  filename: string;
  contentType: string | undefined;
  /** Its size. */
  bytes: number;
}

const made = new WeakSet<object>();

/** What is known of a part of a form. Only parsers of forms call this. */
export function formFile(file: FormFile): FormFile {
  made.add(file);
  return file;
}

export function isFormFile(value: unknown): value is FormFile {
  return typeof value === "object" && value !== null && made.has(value);
}
