import i18next from 'i18next'
import { operations, type Operations, type SessionView } from '../generated/api'
import { createStore } from '../parts/store'
import { Problem, Unreachable } from './problem'
import { answered, silent } from './reach'

type Name = keyof Operations

export type SessionState =
  | { kind: 'unknown' }
  | { kind: 'none'; expired: boolean }
  | { kind: 'open'; session: SessionView }

export const session = createStore<SessionState>({ kind: 'unknown' })

/** Calls of somebody who is not signed in: their 401 is an answer, not the end of a session. */
const beforeSignIn: Name[] = ['setUp', 'signIn', 'showSession', 'changePassword', 'dropSecondFactor', 'chooseSecondFactor']

export interface AskOptions {
  signal?: AbortSignal
  headers?: Record<string, string>
}

/** One call of the interface, with the types of its description. Throws {@link Problem} or {@link Unreachable}. */
export async function ask<K extends Name>(
  name: K, parameters: Operations[K]['parameters'], body?: Operations[K]['body'] | Blob, options: AskOptions = {},
): Promise<Operations[K]['answer']> {
  const response = await send(name, parameters as Record<string, unknown>, body, options)
  if (response.status === 204) return undefined as Operations[K]['answer']
  return await response.json() as Operations[K]['answer']
}

/** The same, with the ETag that a change must send back. */
export async function askWithTag<K extends Name>(name: K, parameters: Operations[K]['parameters']): Promise<[Operations[K]['answer'], string]> {
  const response = await send(name, parameters as Record<string, unknown>, undefined, {})
  return [await response.json() as Operations[K]['answer'], response.headers.get('ETag') ?? '']
}

async function send(name: Name, parameters: Record<string, unknown>, body: unknown, options: AskOptions): Promise<Response> {
  const [method, path] = operations[name]
  const headers: Record<string, string> = { 'Accept-Language': i18next.language, ...options.headers }
  const state = session.get()
  if (state.kind === 'open' && state.session.csrf) headers['X-Stillpoint-Csrf'] = state.session.csrf
  if (body !== undefined) headers['Content-Type'] = body instanceof Blob ? 'application/octet-stream' : 'application/json'
  const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store' }
  if (options.signal) init.signal = options.signal
  if (body !== undefined) init.body = body instanceof Blob ? body : JSON.stringify(body)
  let response: Response
  try {
    response = await fetch(addressOf(path, parameters), init)
  } catch (e) {
    if (options.signal?.aborted) throw e
    silent()
    throw new Unreachable()
  }
  answered()
  if (response.ok) return response
  if (response.status === 401 && !beforeSignIn.includes(name)) session.set({ kind: 'none', expired: true })
  throw await Problem.of(response)
}

function addressOf(path: string, parameters: Record<string, unknown>): string {
  const query = new URLSearchParams()
  let filled = path
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined || value === null || value === '') continue
    if (filled.includes(`{${name}}`)) filled = filled.replace(`{${name}}`, encodeURIComponent(String(value)))
    else query.set(name, String(value))
  }
  const text = query.toString()
  return text ? `${filled}?${text}` : filled
}

/** Who is signed in, at the first load. */
export async function openSession(): Promise<void> {
  try {
    session.set({ kind: 'open', session: await ask('showSession', {}) })
  } catch (e) {
    if (e instanceof Problem) session.set({ kind: 'none', expired: false })
  }
}

const rank: Record<string, number> = { reader: 0, operator: 1, admin: 2 }

export function may(role: 'reader' | 'operator' | 'admin', wholeOnly = false): boolean {
  const state = session.get()
  return state.kind === 'open' && (rank[state.session.role] ?? -1) >= (rank[role] ?? 9) && (!wholeOnly || state.session.vms === null)
}
