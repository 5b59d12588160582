/** Bytes as the wire carries them: the server closes a socket that sends binary frames. */

/** Standard base64, padded. */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  // A call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 8_192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return btoa(text);
}

export { bytesOf as fromBase64 } from "../fold/docs.js";
