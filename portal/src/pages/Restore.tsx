import { Button, MessageBar, MessageBarBody } from '@fluentui/react-components'
import { useEffect, useRef, useState, type FormEvent, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask, may } from '../api/client'
import { useAsk } from '../api/useAsk'
import { navigate, usePlace } from '../app/router'
import type { PointView } from '../generated/api'
import { Answer, ErrorBar, Page, Section } from '../parts/States'
import { ChoosePoint } from './restore/ChoosePoint'
import { Summary } from './restore/Summary'
import { TargetForm } from './restore/TargetForm'
import { firstTarget, isWhole, requestOf, type Target } from './restore/target'

/** Point, target, summary with confirmation; then the job tells its progress. The point is in the address, so a wizard can be linked to. */
export default function Restore(): ReactElement {
  const { t } = useTranslation()
  const { query } = usePlace()
  const point = query.get('point')
  if (!may('operator')) return <Page title={t('page.restore')}><MessageBar intent="warning"><MessageBarBody>{t('restore.not-allowed')}</MessageBarBody></MessageBar></Page>
  return (
    <Page title={t('page.restore')}>
      {point ? <WithPoint key={point} id={point} /> : <><Steps now={0} /><ChoosePoint vm={query.get('vm') ?? ''} /></>}
    </Page>
  )
}

function Steps({ now }: { now: number }): ReactElement {
  const { t } = useTranslation()
  return (
    <ol className="wizard" aria-label={t('restore.steps')}>
      {[t('restore.step-point'), t('restore.step-target'), t('restore.step-summary')].map((title, i) => (
        <li key={title} aria-current={i === now ? 'step' : undefined}>{i + 1}. {title}</li>
      ))}
    </ol>
  )
}

function WithPoint({ id }: { id: string }): ReactElement {
  const asked = useAsk(`point ${id}`, signal => ask('showPoint', { point: id }, undefined, { signal }))
  return <Answer asked={asked}>{point => <Wizard point={point} />}</Answer>
}

function Wizard({ point }: { point: PointView }): ReactElement {
  const { t } = useTranslation()
  const [target, setTarget] = useState<Target>(() => firstTarget(point))
  const [last, setLast] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<Error>()
  const [typed, setTyped] = useState('')
  const top = useRef<HTMLDivElement>(null)
  const key = useRef(crypto.randomUUID())
  useEffect(() => top.current?.focus(), [last])
  const sure = target.way !== 'in-place' || typed === point.vm
  const start = async () => {
    setBusy(true)
    setError(undefined)
    try {
      // The same key for the same request: a second press, or a lost answer, does not restore twice.
      const started = await ask('startRestore', {}, requestOf(point, target), { headers: { 'Idempotency-Key': key.current } })
      navigate(`/jobs/${started.job}`)
    } catch (e) {
      setError(e as Error)
      setBusy(false)
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!last) {
      key.current = crypto.randomUUID()
      setLast(true)
    } else if (sure) void start()
  }
  return (
    <div ref={top} tabIndex={-1} style={{ outline: 'none' }} className="page">
      <Steps now={last ? 2 : 1} />
      <form onSubmit={submit}>
        <Section title={last ? t('restore.step-summary') : t('restore.step-target')}>
          {last ? <Summary point={point} target={target} typed={typed} onTyped={setTyped} /> : <TargetForm point={point} target={target} onChange={setTarget} />}
          {error ? <ErrorBar error={error} /> : null}
          <div className="actions">
            <Button onClick={() => (last ? setLast(false) : navigate(`/restore?vm=${encodeURIComponent(point.vmId)}`))}>{t('action.back')}</Button>
            <Button type="submit" appearance="primary" disabled={busy || (last ? !sure : !isWhole(target))}>{last ? t('restore.start') : t('action.next')}</Button>
          </div>
        </Section>
      </form>
    </div>
  )
}
