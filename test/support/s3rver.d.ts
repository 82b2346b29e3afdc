declare module 's3rver' {
  /** As much of it as the tests use; the package has no types of its own. */
  class S3rver {
    constructor(
      options: Readonly<{
        port: number
        address: string
        silent: boolean
        directory: string
        configureBuckets: readonly Readonly<{ name: string }>[]
      }>,
    )
    run(): Promise<Readonly<{ port: number }>>
    close(): Promise<void>
  }
  export = S3rver
}
