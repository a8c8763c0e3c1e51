import type { EvidenceView, FailureView } from '../generated/api'

/** What the service says went wrong; its title is in the reader's language already. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    title: string,
    readonly stage = '',
    readonly evidence: EvidenceView[] = [],
    readonly retryable = false,
    readonly job: string | null = null,
    readonly values: Record<string, string> = {},
  ) {
    super(title)
  }

  static async of(response: Response): Promise<Problem> {
    try {
      const p = await response.json()
      return new Problem(response.status, p.code, p.title, p.stage, p.evidence ?? [], p.retryable, p.job ?? null, p.arguments ?? {})
    } catch {
      return new Problem(response.status, `http-${response.status}`, '')
    }
  }

  toFailure(): FailureView {
    return { code: this.code, stage: this.stage, message: this.message, arguments: this.values, evidence: this.evidence, retryable: this.retryable }
  }
}

/** Nothing answered at all. */
export class Unreachable extends Error {}
