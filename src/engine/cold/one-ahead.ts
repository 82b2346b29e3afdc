/**
 * Each value while the next one is being made: a set is copied while the one before it is written, that one while another
 * is proven, and that one while the first is recorded. Whoever leaves waits for what is being made, and lets it go.
 */
export async function* oneAhead<T>(source: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  let coming = source.next()
  try {
    for (;;) {
      const { done, value } = await coming
      if (done) return
      coming = source.next()
      // Its failure is told when its turn comes.
      coming.catch(() => undefined)
      yield value
    }
  } finally {
    await coming.catch(() => undefined)
    await source.return()
  }
}
