// Dollars as decimal text to whole picodollars and back. Its own, so that the check does not trust what it checks.

const decimals = 12;

export function picodollarsIn(text: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,12}))?$/.exec(text);
  if (!match) throw new Error(`"${text}" is no amount of dollars.`);
  const [, sign = '', whole = '', fraction = ''] = match;
  return BigInt(`${sign}${whole}${fraction.padEnd(decimals, '0')}`);
}

export function dollarsOf(picodollars: bigint): string {
  const sign = picodollars < 0n ? '-' : '';
  const digits = (picodollars < 0n ? -picodollars : picodollars).toString().padStart(decimals + 1, '0');
  const fraction = digits.slice(-decimals).replace(/0+$/, '');
  return `${sign}${digits.slice(0, -decimals)}${fraction === '' ? '' : `.${fraction}`}`;
}
