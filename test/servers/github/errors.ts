/** A refusal in GitHub's form. */
export class ApiError extends Error {
  readonly status: number;
  readonly errors: readonly (ValidationError | string)[] | undefined;

  constructor(status: number, message: string, errors?: readonly (ValidationError | string)[]) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

export interface ValidationError {
  readonly resource?: string;
  readonly field?: string;
  readonly code: string;
  readonly message?: string;
}

export function notFound(): ApiError {
  return new ApiError(404, "Not Found");
}

export function unprocessable(message: string): ApiError {
  return new ApiError(422, message);
}

export function invalid(...errors: ValidationError[]): ApiError {
  return new ApiError(422, "Validation Failed", errors);
}

/** The 422 of a rule that GitHub words for itself. */
export function refused(resource: string, message: string): ApiError {
  return invalid({ resource, code: "custom", message });
}

/** GitHub's limit for the body of a pull request or comment, in characters. */
export const MAX_BODY = 65_536;

export function checkBodyLength(resource: string, body: string | null | undefined): void {
  if (body !== null && body !== undefined && body.length > MAX_BODY) {
    const message = `body is too long (maximum is ${MAX_BODY} characters)`;
    throw invalid({ resource, code: "custom", field: "body", message });
  }
}
