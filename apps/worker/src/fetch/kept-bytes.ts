/** Chunks below this are copied together: one object for each byte of a drip would cost a hundred times the bytes. */
const smallBytes = 4096;
const blockBytes = { first: 4096, next: 16 * 1024 };

/**
 * Bytes that stay in memory, as they came, at the price of their number. A small chunk is copied, as is one that is only a
 * part of a larger buffer, which it would keep alive as a whole.
 */
export class KeptBytes {
  length = 0;
  #chunks: Uint8Array[] = [];
  #block: Buffer | undefined;
  #used = 0;

  add(chunk: Uint8Array): void {
    this.length += chunk.length;
    const isOwn = chunk.length * 2 >= chunk.buffer.byteLength;
    if (isOwn && (chunk.length >= smallBytes || this.length === chunk.length)) {
      this.#closeBlock();
      this.#chunks.push(chunk);
    } else if (chunk.length >= smallBytes) {
      this.#closeBlock();
      this.#chunks.push(copyOf(chunk));
    } else this.#copy(chunk);
  }

  /** In one piece, and nothing is kept any more. */
  take(): Uint8Array {
    this.#closeBlock();
    const chunks = this.#chunks;
    this.#chunks = [];
    this.length = 0;
    return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
  }

  #copy(chunk: Uint8Array): void {
    if (this.#block !== undefined && this.#used + chunk.length > this.#block.length) this.#closeBlock();
    this.#block ??= Buffer.allocUnsafeSlow(this.length > chunk.length ? blockBytes.next : blockBytes.first);
    this.#block.set(chunk, this.#used);
    this.#used += chunk.length;
  }

  #closeBlock(): void {
    if (this.#block === undefined) return;
    const filled = this.#block.subarray(0, this.#used);
    this.#chunks.push(this.#used * 2 < this.#block.length ? copyOf(filled) : filled);
    this.#block = undefined;
    this.#used = 0;
  }
}

/** In a buffer of its own, not in one that Node shares between many. */
const copyOf = (bytes: Uint8Array): Buffer => {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
};
