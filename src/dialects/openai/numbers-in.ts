// Tokens that a caller has made of a text by itself: how many there are stands in no relation to their bytes.

export function numbersIn(value: unknown): number {
  if (!Array.isArray(value)) return 0;
  let numbers = 0;
  for (const each of value) {
    if (typeof each === 'number') numbers += 1;
    else if (Array.isArray(each)) numbers += numbersIn(each);
  }
  return numbers;
}
