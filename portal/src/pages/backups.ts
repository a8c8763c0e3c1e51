import { ask } from '../api/client'
import { Problem } from '../api/problem'
import type { JobView, VmView } from '../generated/api'

const most = 20

export const vmsOfHost = (signal: AbortSignal): Promise<VmView[]> => ask('listVms', {}, undefined, { signal })

/** The newest backup job of each VM in the last 24 hours; of at most 20,000 jobs. */
export async function lastBackups(signal: AbortSignal): Promise<Map<string, JobView>> {
  const since = new Date(Date.now() - 86_400_000).toISOString()
  const newest = new Map<string, JobView>()
  let after: string | undefined
  for (let page = 0; page < most; page++) {
    const found = await ask('listJobs', { kind: 'backup', since, limit: 1000, ...(after ? { after } : {}) }, undefined, { signal })
    for (const job of found.items) if (job.vmId && !newest.has(job.vmId)) newest.set(job.vmId, job)
    if (!found.next) break
    after = found.next
  }
  return newest
}

export interface Begun {
  begun: { vm: VmView; job: string }[]
  refused: { vm: VmView; why: string }[]
}

/** One after the other; when the service runs as many jobs as it may, the rest is not asked for. */
export async function startBackups(vms: VmView[]): Promise<Begun> {
  const result: Begun = { begun: [], refused: [] }
  let full: string | undefined
  for (const vm of vms) {
    if (full !== undefined) {
      result.refused.push({ vm, why: full })
      continue
    }
    try {
      result.begun.push({ vm, job: (await startBackup(vm.id)).job })
    } catch (e) {
      const why = (e as Error).message
      result.refused.push({ vm, why })
      if (!(e instanceof Problem) || e.code === 'too-many-jobs') full = why
    }
  }
  return result
}

export const startBackup = (vm: string): Promise<{ job: string }> => ask('startBackup', {}, { vm })
