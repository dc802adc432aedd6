import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ConnectionBudget } from '../../../src/engine/connectionBudget';

describe('ConnectionBudget', () => {
  const { signal } = new AbortController();

  function open(budget: ConnectionBudget, host: string, connections: number): void {
    for (let n = 0; n < connections; n += 1) assert.ok(budget.tryAcquire(host));
  }

  it('A65 wants no connection back of a host that nobody waits for', () => {
    const budget = new ConnectionBudget(8, 16);
    open(budget, 'fine', 4);
    open(budget, 'crowded', 1);
    budget.lower('crowded');
    void budget.acquire('crowded', signal);
    assert.equal(budget.isContended('fine'), false);
    assert.equal(budget.isContended('crowded'), true);
  });

  it('A65 wants one back of any host where there is no room in all', () => {
    const budget = new ConnectionBudget(8, 16);
    open(budget, 'a', 8);
    open(budget, 'b', 8);
    void budget.acquire('c', signal);
    assert.equal(budget.isContended('a'), true);
    budget.release('b');
    assert.equal(budget.isContended('a'), false);
  });

  it('A65 wants none back for a host that gets no more, with no room in all either', () => {
    const budget = new ConnectionBudget(8, 9);
    open(budget, 'fine', 8);
    open(budget, 'crowded', 1);
    budget.lower('crowded');
    void budget.acquire('crowded', signal);
    assert.equal(budget.isContended('fine'), false);
  });
});
