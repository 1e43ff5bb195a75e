// How long a string of JSON is as it stands, in a text of one character a byte; nothing is parsed for it.

/** From behind its opening quote to before its closing one, or to the end of the text. */
export function stringBytes(text: string, start: number): number {
  for (let end = text.indexOf('"', start); ; end = text.indexOf('"', end + 1)) {
    if (end < 0) return text.length - start;
    let slashes = 0;
    while (text[end - 1 - slashes] === '\\') slashes += 1;
    if (slashes % 2 === 0) return end - start;
  }
}
