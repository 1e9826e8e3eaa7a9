/** What the API answers when it refuses (RFC 9457), with Weir's members `cause` and `correction`. */
export interface ProblemBody {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  cause?: string;
  correction?: string;
}

/** A request that got no good answer. `status` is 0 when the controller did not answer at all. */
export class Problem extends Error {
  readonly status: number;
  readonly body: ProblemBody;

  constructor(status: number, body: ProblemBody) {
    super(body.title ?? `HTTP ${status}`);
    this.name = 'Problem';
    this.status = status;
    this.body = body;
  }

  get unauthorized(): boolean {
    return this.status === 401;
  }

  /** Only an unreachable or failing controller may answer the same request better a moment later. */
  get passing(): boolean {
    return this.status === 0 || this.status >= 500;
  }

  static async of(response: Response): Promise<Problem> {
    const type = response.headers.get('Content-Type') ?? '';
    if (!type.includes('json')) {
      return new Problem(response.status, { title: `The controller answered HTTP ${response.status}` });
    }
    try {
      return new Problem(response.status, (await response.json()) as ProblemBody);
    } catch {
      return new Problem(response.status, { title: `The controller answered HTTP ${response.status} with a broken body` });
    }
  }

  /** Anything caught. What is no problem of a request is a fault of this page, and is said as such. */
  static from(failure: unknown): Problem {
    return failure instanceof Problem
      ? failure
      : new Problem(0, { title: 'This page met an answer it does not understand', detail: String(failure) });
  }

  static unreachable(): Problem {
    return new Problem(0, {
      title: 'The controller does not answer',
      cause: 'It is stopped or starting, or the network between it and this browser is interrupted.',
      correction: 'Look at the terminal or log of the controller. This page keeps trying.',
    });
  }
}
