/** User and password, as they are before any encoding. */
export interface Login {
  user: string;
  password: string;
}

/** Whether an `Authorization` or `Proxy-Authorization` header carries it. The scheme's name may be written in any case. */
export function isLogin(header: string | undefined, { user, password }: Login): boolean {
  const [scheme = '', text = ''] = (header ?? '').split(' ');
  return scheme.toLowerCase() === 'basic' && Buffer.from(text, 'base64').toString() === `${user}:${password}`;
}

/** `user:password` as it stands in a URL. */
export function inUrl({ user, password }: Login): string {
  return `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
}
