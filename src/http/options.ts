/** The section `http` of the configuration: where to listen, what to allow. Every default is the safe one. */
import { z } from 'zod'

export const httpSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  port: z.number().int().min(0).max(65_535).default(8080),
  environment: z.string().min(1).max(40).nullable().default(null),
  compatPrefix: z
    .string()
    .regex(/^(\/[A-Za-z0-9][A-Za-z0-9:._~-]*)*$/, 'must be a path such as /api:group')
    .default(''),
  compatPolicy: z.string().nullable().default(null),
  origins: z
    .array(z.string().regex(/^https?:\/\/[^/]+$/, 'must be an origin such as https://desk.example.com'))
    .default([]),
  behindTls: z.boolean().default(false),
  requestsPerMinute: z.number().int().min(1).max(1_000_000).default(1200),
  maxBodyBytes: z.number().int().min(1024).max(10_485_760).default(65_536),
  runbook: z.string().nullable().default(null),
})

export type HttpOptions = Readonly<z.output<typeof httpSchema>>

/** `localhost` and what the two protocols call so; whatever else listens to strangers. */
export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host)
