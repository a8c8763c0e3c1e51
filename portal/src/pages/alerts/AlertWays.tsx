import { Button, Field, Input, MessageBar, MessageBarBody } from '@fluentui/react-components'
import { useState, type FormEvent, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../../api/client'
import { useAsk } from '../../api/useAsk'
import type { AlertWays as Ways } from '../../generated/api'
import { Answer, ErrorBar, Section } from '../../parts/States'

/** Where alerts go, and a message to see that they arrive. */
export function AlertWays(): ReactElement {
  const { t } = useTranslation()
  const asked = useAsk('alert ways', signal => ask('showAlertSettings', {}, undefined, { signal }))
  return <Section title={t('alerts.ways')}><Answer asked={asked}>{ways => <Form ways={ways} />}</Answer></Section>
}

type Told = { done: 'saved' | 'sent' } | { error: Error }

function Form({ ways }: { ways: Ways }): ReactElement {
  const { t } = useTranslation()
  const [now, setNow] = useState(ways)
  const [busy, setBusy] = useState(false)
  const [told, setTold] = useState<Told>()
  const run = async (work: () => Promise<'saved' | 'sent'>) => {
    setBusy(true)
    setTold(undefined)
    try {
      setTold({ done: await work() })
    } catch (e) {
      setTold({ error: e as Error })
    }
    setBusy(false)
  }
  const save = (event: FormEvent) => {
    event.preventDefault()
    void run(async () => {
      setNow(await ask('putAlertSettings', {}, now))
      return 'saved'
    })
  }
  const input = (key: 'webhook' | 'heartbeat' | 'smtp' | 'mailFrom' | 'mailTo', label: string, placeholder: string) => (
    <Field label={label}>
      <Input value={now[key] ?? ''} placeholder={placeholder} onChange={(_, d) => setNow({ ...now, [key]: d.value.trim() || null })} />
    </Field>
  )
  return (
    <form className="form" onSubmit={save}>
      {input('webhook', t('alerts.webhook'), 'https://')}
      {input('heartbeat', t('alerts.heartbeat'), 'https://')}
      {input('smtp', t('alerts.smtp'), 'HOST:PORT')}
      {input('mailFrom', t('alerts.mail-from'), '')}
      {input('mailTo', t('alerts.mail-to'), '')}
      {now.command || now.webhookSecretFile ? (
        <dl>
          {now.command ? <><dt>{t('alerts.command')}</dt><dd><code>{now.command}</code></dd></> : null}
          {now.webhookSecretFile ? <><dt>{t('alerts.secret-file')}</dt><dd><code>{now.webhookSecretFile}</code></dd></> : null}
        </dl>
      ) : null}
      <p className="quiet">{t('alerts.ways-about')}</p>
      <div role="status">
        {told && 'error' in told ? <ErrorBar error={told.error} /> : null}
        {told && 'done' in told ? <MessageBar intent="success"><MessageBarBody>{told.done === 'saved' ? t('alerts.saved') : t('alerts.sent')}</MessageBarBody></MessageBar> : null}
      </div>
      <div className="actions">
        <Button type="submit" appearance="primary" disabled={busy}>{t('settings.save')}</Button>
        <Button disabled={busy} onClick={() => void run(async () => { await ask('testAlerts', {}); return 'sent' })}>{t('alerts.test')}</Button>
      </div>
    </form>
  )
}
