/** What an error message of the TOML parser means to the person who wrote the file. */
export interface SyntaxReading {
  readonly message: string;
  readonly help: string;
}

const quoteText = 'text needs quotes, as in "/var/log"; only true, false and numbers go without';
const quoteName = 'a name with a slash or a dot needs quotes, as in [persistence."/mnt/persist"]';
const oneLine = "a key, `=` and the beginning of its value stand on one line, as in backup = true";
const backslash = "write a backslash as \\\\, or the text in single quotes, where a backslash is only itself";
const oneTable = 'write a table as [persistence."/mnt/persist"], on a line of its own';

/** What the parser says if something that ends a value is missing. */
export const missingComma = "Expected comma (,) token";
/** What the parser says if a line ends too early. */
export const brokenLine = "The key, equals sign, and value must be on the same line";
/** What the parser says if the text ends where a value should stand. */
export const missingValue = "Unspecified values are invalid";
/** What the parser says if the text ends behind a value of an array. */
export const openArray = "Unterminated array";
/** What the parser says of a key or table that has the name of an earlier one. */
export const repeatedKey = "Defining a key multiple times is invalid";
const unexpectedCharacter = "Unexpected character";

/** By the parser's messages: toml-eslint-parser names its errors in no other way. */
const readings: Readonly<Record<string, SyntaxReading>> = {
  [missingComma]: {
    message: "a comma or the closing bracket is missing",
    help: "put a comma between two values, and `]` or `}` behind the last",
  },
  "Expected equal (=) token": { message: "`=` is missing after the key", help: oneLine },
  [brokenLine]: { message: "the line is not complete", help: oneLine },
  "Must be a newline": { message: "there is more on the line than one value", help: quoteText },
  [missingValue]: { message: "the value is missing", help: oneLine },
  "Unterminated string constant": {
    message: "the text is not closed",
    help: "end it with the quote that it begins with, on the same line",
  },
  [openArray]: { message: "the array is not closed", help: "end it with `]`" },
  "Unterminated inline table": { message: "the table is not closed", help: "end it with `}`" },
  "Unterminated table-key": { message: "the name of the table is not closed", help: oneTable },
  "Empty bare keys are not allowed": { message: "the table has no name", help: oneTable },
  [repeatedKey]: {
    message: "the key is given twice",
    help: "keep one of the two; a table, too, stands in the file only once",
  },
  "Leading zeros are not allowed": {
    message: "a number cannot begin with 0",
    help: 'a mode is text, in quotes: mode = "0750"',
  },
  "Unexpected token": { message: "this does not belong here", help: oneLine },
  "Invalid character in escape sequence": { message: "there is no such escape sequence", help: backslash },
  "Control characters (codes < 0x1f and 0x7f) are not allowed": {
    message: "there is a control character",
    help: 'write it as an escape sequence in double quotes, as in "\\u001b"',
  },
  "Keys cannot start with a dot": { message: "a key begins with a dot", help: quoteName },
  "Keys cannot end with a dot": { message: "a key ends with a dot", help: quoteName },
  "Consecutive dots are not permitted in keys": { message: "a key has two dots in a row", help: quoteName },
};

/** Reads an error message of the parser; `line` is the line that it points into. */
export function readSyntaxMessage(message: string, line: string): SyntaxReading {
  const reading = readings[message];
  if (reading !== undefined) return reading;
  if (message.endsWith("within comments")) {
    return { message: "there is a control character in a comment", help: "remove it" };
  }
  if (message.startsWith("Invalid code point"))
    return { message: "there is no such character", help: backslash };
  const isHeader = message === unexpectedCharacter && line.trimStart().startsWith("[");
  return {
    message: message.charAt(0).toLowerCase() + message.slice(1),
    help: isHeader ? quoteName : quoteText,
  };
}
