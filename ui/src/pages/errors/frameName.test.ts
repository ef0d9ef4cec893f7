import { expect, it } from 'vitest';
import { frameName } from './frameName';

it.each([
  ['app::Work<alloc::vec::Vec<u8>, fn() -> u8>::run', 'app::Work::run'],
  ['{async_fn#0}<tokio::task::Local<core::option::Option<T>>>', '{async_fn#0}'],
  ['core::ops::call_once::<app::main>', 'core::ops::call_once'],
  ['<app::Work as app::Step>::run', '<app::Work as app::Step>::run'],
  ['com.example.Work.<init>', 'com.example.Work.<init>'],
  ['<module>', '<module>'],
  ['outer.<locals>.inner', 'outer.<locals>.inner'],
  ['less<than', 'less<than'],
])('%s is shown as %s', (name, shown) => expect(frameName(name)).toBe(shown));
