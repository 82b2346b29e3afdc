/** The hash of a file's bytes, without more of them in memory than a piece. */
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'

/** What is read at once. */
const PIECE_BYTES = 1_048_576

/** Into one buffer: a stream takes a new one for each piece, which costs several times of what hashing does. */
export async function hashOfFile(path: string, algorithm: 'sha256' | 'md5'): Promise<Buffer> {
  const hash = createHash(algorithm)
  const piece = Buffer.allocUnsafe(PIECE_BYTES)
  await using file = await open(path)
  for (;;) {
    const { bytesRead } = await file.read(piece)
    if (bytesRead === 0) return hash.digest()
    hash.update(piece.subarray(0, bytesRead))
  }
}
