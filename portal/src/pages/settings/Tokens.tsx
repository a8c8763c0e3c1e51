import { Button, Field, Input, MessageBar, MessageBarBody, MessageBarTitle, Select } from '@fluentui/react-components'
import { useState, type FormEvent, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask, may } from '../../api/client'
import { useAsk } from '../../api/useAsk'
import type { TokenView } from '../../generated/api'
import { Confirm } from '../../parts/Confirm'
import { time } from '../../parts/format'
import { Answer, Empty, ErrorBar, Section } from '../../parts/States'
import { Table } from '../../parts/Table'
import { patternsOf, roleName, roles } from './roles'

export function Tokens(): ReactElement {
  const { t } = useTranslation()
  const asked = useAsk('tokens', signal => ask('listTokens', {}, undefined, { signal }))
  const [ending, setEnding] = useState<TokenView>()
  return (
    <Section title={t('settings.tokens')}>
      <p className="quiet">{t('settings.tokens-about')}</p>
      <Answer asked={asked}>
        {tokens => (tokens.length === 0 ? <Empty>{t('settings.no-tokens')}</Empty> : (
          <Table
            label={t('settings.tokens')} rows={tokens} id={k => k.id}
            columns={[
              { key: 'label', title: t('settings.label'), cell: k => k.label },
              { key: 'owner', title: t('settings.owner'), wide: true, cell: k => k.owner },
              { key: 'role', title: t('settings.role'), cell: k => roleName(t, k.role) },
              { key: 'vms', title: t('settings.vms'), wide: true, cell: k => (k.vms === null ? t('settings.all-vms') : k.vms.join(', ')) },
              { key: 'expires', title: t('settings.expires'), wide: true, cell: k => time(k.expires) },
              { key: 'used', title: t('settings.last-used'), wide: true, cell: k => (k.lastUsed ? time(k.lastUsed) : t('vault.never')) },
              { key: 'end', title: t('settings.end'), cell: k => <Button size="small" onClick={() => setEnding(k)}>{t('settings.end-token')}</Button> },
            ]}
          />
        ))}
      </Answer>
      <NewToken onMade={asked.reload} />
      <Confirm
        title={t('settings.end-token-title', { label: ending?.label ?? '' })} action={t('settings.end-token')} open={ending !== undefined} onClose={() => setEnding(undefined)}
        onConfirm={async () => {
          if (ending) await ask('removeToken', { id: ending.id })
          asked.reload()
        }}
      >
        <p>{t('settings.end-token-about')}</p>
      </Confirm>
    </Section>
  )
}

function NewToken({ onMade }: { onMade: () => void }): ReactElement {
  const { t } = useTranslation()
  const [label, setLabel] = useState('')
  const [role, setRole] = useState('reader')
  const [days, setDays] = useState('90')
  const [vms, setVms] = useState('')
  const [secret, setSecret] = useState<string>()
  const [error, setError] = useState<Error>()
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setError(undefined)
    try {
      setSecret((await ask('addToken', {}, { label, role, days: Number(days), vms: patternsOf(vms) })).token)
      setLabel('')
      onMade()
    } catch (e) {
      setError(e as Error)
    }
  }
  return (
    <form className="form" onSubmit={e => void submit(e)}>
      <h3>{t('settings.new-token')}</h3>
      {error ? <ErrorBar error={error} /> : null}
      {secret ? (
        <MessageBar intent="success" layout="multiline">
          <MessageBarBody><MessageBarTitle>{t('settings.token-once')}</MessageBarTitle><p><code>{secret}</code></p></MessageBarBody>
        </MessageBar>
      ) : null}
      <Field label={t('settings.label')} required><Input value={label} onChange={(_, d) => setLabel(d.value)} /></Field>
      <Field label={t('settings.role')}>
        <Select value={role} onChange={(_, d) => setRole(d.value)}>{roles.filter(r => may(r)).map(r => <option key={r} value={r}>{roleName(t, r)}</option>)}</Select>
      </Field>
      <Field label={t('settings.days')}><Input type="number" min={1} max={730} value={days} onChange={(_, d) => setDays(d.value)} /></Field>
      <Field label={t('settings.vms')} hint={t('settings.vms-hint')}><Input value={vms} onChange={(_, d) => setVms(d.value)} /></Field>
      <div><Button type="submit" disabled={!label || !(Number(days) >= 1 && Number(days) <= 730)}>{t('settings.new-token-go')}</Button></div>
    </form>
  )
}
