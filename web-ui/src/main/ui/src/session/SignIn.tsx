import { Button, Card, CardBody, CardTitle, Form, FormGroup, FormHelperText, HelperText, HelperTextItem, TextInput } from '@patternfly/react-core';
import { type FormEvent, useState } from 'react';
import { createClient } from '../api/client';
import { Problem } from '../api/problem';
import { ProblemAlert } from '../ProblemAlert';

// RFC 9110 5.5: what a header field carries unharmed.
const sendable = /^[\x21-\x7e]+$/;

const notSendable = new Problem(0, {
  title: 'This cannot be a token',
  cause: 'It has a space or a letter outside ASCII in it.',
  correction: 'Copy the one line of the file admin-token.',
});

interface Props {
  onToken: (token: string) => void;
  /** Why the session before this one ended, if the controller ended it. */
  reason: Problem | undefined;
}

/** Asks for the admin token, and hands it on once the controller has accepted it. */
export function SignIn({ onToken, reason }: Props) {
  const [entered, setEntered] = useState('');
  const [problem, setProblem] = useState(reason);
  const [checking, setChecking] = useState(false);
  const token = entered.trim();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!sendable.test(token)) {
      setProblem(notSendable);
      return;
    }
    setChecking(true);
    try {
      await createClient(token).pools();
      onToken(token);
    } catch (failure) {
      setProblem(Problem.from(failure));
      setChecking(false);
    }
  };

  return (
    <main className="weir-sign-in">
      <Card>
        <CardTitle component="h1">Weir</CardTitle>
        <CardBody>
          <Form onSubmit={submit}>
            {problem && <ProblemAlert problem={problem} />}
            <FormGroup label="Admin token" fieldId="token" isRequired>
              <TextInput
                id="token"
                type="password"
                value={entered}
                onChange={(_, value) => setEntered(value)}
                autoComplete="off"
                autoFocus
                isRequired
                aria-describedby="token-help"
              />
              <FormHelperText>
                <HelperText>
                  <HelperTextItem id="token-help">
                    It is in the file <code>admin-token</code> of the data directory (<code>~/.weir</code> unless told
                    otherwise), or what <code>WEIR_ADMIN_TOKEN</code> was at the start. This browser tab keeps it until
                    it is closed.
                  </HelperTextItem>
                </HelperText>
              </FormHelperText>
            </FormGroup>
            <Button type="submit" isBlock isDisabled={token === '' || checking} isLoading={checking}>
              Sign in
            </Button>
          </Form>
        </CardBody>
      </Card>
    </main>
  );
}
