import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { EvidenceView, FailureView } from '../generated/api'
import { word } from '../texts'
import { time } from './format'

/** Texts of the service mark commands and paths by backticks. */
export function Marked({ text }: { text: string }): ReactElement {
  return <>{text.split('`').map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : <span key={i}>{part}</span>))}</>
}

/** What happened, what to do, and the lines that show it. Evidence is quoted, never translated. */
export function FailureText({ failure }: { failure: FailureView }): ReactElement {
  const { t } = useTranslation()
  return (
    <div className="failure">
      <p><Marked text={failure.message} /></p>
      <p className="quiet">
        <code>{failure.code}</code>{failure.stage ? <> · {t('failure.stage', { stage: word('stage', failure.stage) })}</> : null}
        {failure.retryable ? <> · {t('failure.retryable')}</> : null}
      </p>
      <Evidence lines={failure.evidence} />
    </div>
  )
}

export function Evidence({ lines }: { lines: (EvidenceView & { line?: number | null })[] }): ReactElement | null {
  const { t } = useTranslation()
  if (lines.length === 0) return null
  return (
    <ul className="evidence" aria-label={t('failure.evidence')}>
      {lines.map((e, i) => (
        <li key={i}>
          <span className="quiet">{e.source}{e.line ? `:${e.line}` : ''}{e.time ? ` · ${time(e.time)}` : ''}</span>
          <code>{e.text}</code>
        </li>
      ))}
    </ul>
  )
}
