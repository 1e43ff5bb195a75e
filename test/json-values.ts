// JSON for properties, without names that hold a backslash: V8's parser takes the name `"` for the name `\` when it has
// read that one in an object of the same shape before (seen with V8 13.6: parse `{"\\":1}`, then `{"\"":1}`).
import fc, { type Arbitrary, type JsonSharedConstraints, type JsonValue } from 'fast-check';

export const names = fc.string().map((name) => name.replaceAll('\\', '/'));

export function jsonValues(constraints?: JsonSharedConstraints): Arbitrary<JsonValue> {
  return fc.jsonValue(constraints).map((value) => {
    const spelled = JSON.stringify(value).replaceAll('\\\\', '/');
    return JSON.parse(spelled) as JsonValue;
  });
}
