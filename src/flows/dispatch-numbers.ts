// Numbers the calls that one life of a gateway sends to providers, without gaps: a missing number is a missing charge.

export class DispatchNumbers {
  readonly gatewayId: string;
  #last = 0;

  constructor(gatewayId: string) {
    this.gatewayId = gatewayId;
  }

  get last(): number {
    return this.#last;
  }

  next(): number {
    this.#last += 1;
    return this.#last;
  }

  /** Only the newest can be given back. */
  giveBack(dispatchNo: number): boolean {
    if (dispatchNo !== this.#last) return false;
    this.#last -= 1;
    return true;
  }
}
