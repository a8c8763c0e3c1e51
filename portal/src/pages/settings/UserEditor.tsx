import { Button, Checkbox, Field, Input, Select } from '@fluentui/react-components'
import { useState, type FormEvent, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask, askWithTag } from '../../api/client'
import { useAsk } from '../../api/useAsk'
import type { UserView } from '../../generated/api'
import { Answer, ErrorBar } from '../../parts/States'
import { patternsOf, roleName, roles } from './roles'

/** Changes what was read: with the ETag of that moment, so that two who change at once notice. */
export function UserEditor({ user, onDone }: { user: UserView; onDone: () => void }): ReactElement {
  const asked = useAsk(`user ${user.name}`, () => askWithTag('showUser', { name: user.name }))
  return <Answer asked={asked}>{([now, tag]) => <Editor user={now} tag={tag} onDone={onDone} />}</Answer>
}

function Editor({ user, tag, onDone }: { user: UserView; tag: string; onDone: () => void }): ReactElement {
  const { t } = useTranslation()
  const [role, setRole] = useState(user.role)
  const [vms, setVms] = useState(user.vms?.join(', ') ?? '')
  const [password, setPassword] = useState('')
  const [drop, setDrop] = useState(false)
  const [error, setError] = useState<Error>()
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setError(undefined)
    try {
      const change = { role, vms: patternsOf(vms), password: password || null, removeSecondFactor: drop }
      await ask('changeUser', { name: user.name }, change, { headers: { 'If-Match': tag } })
      onDone()
    } catch (e) {
      setError(e as Error)
    }
  }
  return (
    <form className="form" onSubmit={e => void submit(e)}>
      <h3>{t('settings.change-user', { name: user.name })}</h3>
      {error ? <ErrorBar error={error} /> : null}
      <Field label={t('settings.role')}>
        <Select value={role} onChange={(_, d) => setRole(d.value)}>{roles.map(r => <option key={r} value={r}>{roleName(t, r)}</option>)}</Select>
      </Field>
      <Field label={t('settings.vms')} hint={t('settings.vms-hint')}><Input value={vms} onChange={(_, d) => setVms(d.value)} /></Field>
      <Field label={t('settings.password-new')} hint={t('settings.password-keep')}>
        <Input type="password" autoComplete="new-password" value={password} onChange={(_, d) => setPassword(d.value)} />
      </Field>
      {user.secondFactor ? <Checkbox label={t('settings.drop-factor')} checked={drop} onChange={(_, d) => setDrop(d.checked === true)} /> : null}
      <div className="actions"><Button type="submit" appearance="primary">{t('settings.save')}</Button><Button onClick={onDone}>{t('action.not-now')}</Button></div>
    </form>
  )
}
