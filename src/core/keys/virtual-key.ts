// What a virtual key looks like; the secret itself is made and hashed at the door.

export const virtualKeyPrefix = 'vk_';

/** 32 random bytes as base64url behind `vk_`. */
export function isVirtualKey(text: string): boolean {
  return /^vk_[A-Za-z0-9_-]{43}$/.test(text);
}

/** Enough to recognize a key in a list, too little to guess it. */
export function displayPrefix(key: string): string {
  return `${key.slice(0, virtualKeyPrefix.length + 6)}…`;
}
