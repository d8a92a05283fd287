"""Executable check of the transition table: explores every reachable state of small runbooks.

Provenance: the project's own reference model `engine_model.py`, published with the contracts of the state
machine. Copied word for word; only this docstring, the markers below and the guard around the last lines
were added. It stays as dense as it is so that it can be compared with its origin line by line.
"""
# ruff: noqa  # reason: a reference copy, kept as it was written
# fmt: off
# mypy: ignore-errors
from collections import deque
from itertools import product
from typing import NamedTuple, Optional
REST={'pending','preflight','await_approval','await_manual','executing','rollback_available','rolling_back','paused','manual_intervention','completed','aborted'}
TERMINAL={'completed','aborted'}; RUN={'executing','rolling_back'}
class Step(NamedTuple): risk:str='safe'; manual:bool=False; rollback:bool=False; idempotent:bool=False; handled:bool=False; ambiguous:bool=False
class X(NamedTuple):
    state:str='pending'; cur:int=0; st:tuple=(); kind:str='forward'; tgt:int=0; att:Optional[str]=None; tries:int=0
    resume:str=''; held:str=''; panic:bool=False; unknown:bool=False; forced:bool=False; votes:int=0; lapsed:bool=False; poisoned:bool=False
class Ctx(NamedTuple): steps:tuple; trust:int; audit:bool; quorum:int=1
HUMAN=['Start','Bind','Approve','Refuse','AskAgain','Edit','Skip','DoneByHand','ReportOk','ReportFailed','Retry','RequestRollback','DeclineRollback','RanOk','RanFailed','DidNotRun','Stop','Pause','Resume','Abort']
SYSTEM=['PreflightPassed','PreflightFailed','Started','Ok','Failed','RefusedStale','RefusedOther','Lost','Deadline','Expired','PanicOn','PanicOff','Poisoned']
def auto(x,c): s=c.steps[x.cur]; return c.trust==2 and c.audit and s.risk=='safe' and not s.ambiguous and not x.forced and not x.panic
def rollable(x,c):  # last in, first out; the failed step itself first; at trust 0 the agent runs nothing, rollbacks neither
    if c.trust==0: return None
    for i in range(min(x.cur,len(c.steps)-1),-1,-1):
        if x.st[i] in('succeeded','failed') and c.steps[i].rollback: return i
    return None
def setst(x,i,v): return x._replace(st=x.st[:i]+(v,)+x.st[i+1:])
def dispatch(x,state): return x._replace(state=state,att='dispatched',votes=0,lapsed=False,tries=min(x.tries+1,2)),['Dispatch','SetTimer:deadline']
def gate(x,kind,tgt): return x._replace(state='await_approval',kind=kind,tgt=tgt,votes=0,lapsed=False,att=None),['RequestApproval','SetTimer:approval']
def ready(x,c):
    x=x._replace(kind='forward',att=None,votes=0,lapsed=False,unknown=False,tries=0)
    if x.cur>=len(c.steps): return x._replace(state='completed'),['DetectDivergence','Notify']
    s=c.steps[x.cur]; x=x._replace(tgt=x.cur)
    if s.manual or c.trust==0: return x._replace(state='await_manual'),['Notify']
    if auto(x,c): return dispatch(x,'executing')
    return gate(x,'forward',x.cur)
def complete(x,c,v): return ready(setst(x,x.cur,v)._replace(cur=x.cur+1,forced=False),c)
def fail(x,c):
    x=setst(x,x.cur,'failed')._replace(att=None,unknown=False)
    if rollable(x,c) is not None: return x._replace(state='rollback_available'),['Notify','ClearTimer']
    return x._replace(state='manual_intervention'),['Notify','ClearTimer']
def mi(x,unknown=False): return x._replace(state='manual_intervention',unknown=unknown,att='live?' if unknown else None,votes=0,lapsed=False),['Notify','ClearTimer']
def again(x,c): return ready(setst(x,x.cur,'ready')._replace(forced=True),c)
def rolled(x,c): return again(setst(x,x.tgt,'ready')._replace(cur=x.tgt),c)
def decide(x,e,c):
    s=x.state; fwd=x.kind=='forward'
    if s in TERMINAL: return None
    if e=='Abort': return x._replace(state='aborted',votes=0),['Cancel' if x.att else 'Notify','VoidApproval','ClearTimer','DetectDivergence']
    if e=='PanicOff': return (x._replace(panic=False),[]) if x.panic else None
    if e=='PanicOn':
        if x.panic: return None
        if s in('pending','paused'): return x._replace(panic=True),[]
        return x._replace(state='paused',resume=s,panic=True,votes=0,lapsed=False),['Freeze' if x.att else 'VoidApproval','ClearTimer']
    if e=='Poisoned':
        if s in('pending','manual_intervention','paused') or x.poisoned: return None
        y,f=mi(x._replace(poisoned=True),unknown=s in RUN); return y,f+(['AskJournal'] if s in RUN else [])
    if e=='Pause' and s not in('pending','paused','manual_intervention'): return x._replace(state='paused',resume=s,votes=0,lapsed=False),['Freeze' if x.att else 'VoidApproval','ClearTimer']
    if s=='pending':
        if e=='Start' and not x.panic: return x._replace(state='preflight',st=('ready',)*len(c.steps)),['CheckPreflight']
        if e=='Expired': return x._replace(state='aborted'),['Notify']
    elif s=='preflight':
        if e=='PreflightPassed': return ready(x,c)
        if e=='PreflightFailed': return x,['Notify']
        if e=='Bind': return x,['CheckPreflight']
    elif s=='await_approval':
        if e=='Approve' and not x.lapsed:
            if x.votes+1<c.quorum: return x._replace(votes=x.votes+1),['Notify']
            return dispatch(x,'executing' if fwd else 'rolling_back')
        if e=='Expired' and not x.lapsed: return x._replace(votes=0,lapsed=True),['VoidApproval','Notify']
        if e=='AskAgain' and x.lapsed: return gate(x,x.kind,x.tgt)
        if e=='Refuse': return mi(x)
        if fwd:
            if e=='Edit': return gate(x._replace(forced=True),'forward',x.cur)
            if e=='Skip': return complete(x,c,'skipped')
            if e=='DoneByHand': return complete(x,c,'done_by_hand')
            if e=='RequestRollback' and rollable(x,c) is not None: return gate(x,'rollback',rollable(x,c))
    elif s=='await_manual':
        if e=='ReportOk': return complete(x,c,'done_by_hand')
        if e=='ReportFailed': return fail(x,c)
        if e=='Skip': return complete(x,c,'skipped')
        if e=='RequestRollback' and rollable(x,c) is not None: return gate(x,'rollback',rollable(x,c))
    elif s in RUN:
        if e=='Started': return (x._replace(att='started'),['Notify']) if x.att=='dispatched' else None
        if e=='Ok': return complete(x,c,'succeeded') if fwd else rolled(x,c)
        if e=='Failed':
            if not fwd: return mi(x)
            return complete(x,c,'failed') if c.steps[x.cur].handled else fail(x,c)
        if e=='RefusedStale' and x.att=='dispatched': return gate(x,x.kind,x.tgt)
        if e=='RefusedOther' and x.att=='dispatched': return mi(x)
        if e=='Lost':
            if fwd and c.steps[x.cur].idempotent and x.tries<2: return dispatch(x,'executing')
            return mi(x,unknown=True)
        if e=='Deadline': return x,['AskJournal','SetTimer:lost']
        if e=='Stop': return x,['Cancel']
    elif s=='rollback_available':
        if e=='RequestRollback': return gate(x,'rollback',rollable(x,c))
        if e=='Retry': return again(x,c)
        if e=='Skip': return complete(x,c,'failed_accepted')
        if e=='DeclineRollback': return mi(x)
    elif s=='paused':
        if e=='Started' and x.att=='dispatched' and not x.held: return x._replace(att='started'),[]
        if (e in('Ok','Failed','Lost') and x.att or e in('RefusedStale','RefusedOther') and x.att=='dispatched') and not x.held and x.resume in RUN: return x._replace(held=e),[]
        if e=='Resume' and not x.panic:
            y=x._replace(state=x.resume,resume='',held='')
            if x.held: r=decide(y,x.held,c); assert r,(x,); return r
            if y.state in RUN: return y,['Thaw','SetTimer:deadline']
            if y.state=='await_approval': return gate(y,y.kind,y.tgt)
            return y,['Notify']
    elif s=='manual_intervention':
        if x.unknown:
            if e=='RanOk': return (complete(x,c,'succeeded') if fwd else rolled(x,c))
            if e=='RanFailed': return fail(x,c) if fwd else mi(x)
            if e=='DidNotRun': return again(x,c) if fwd else mi(x)
        else:
            if e in('Retry','Edit'): return again(x,c)
            if e=='Skip': return complete(x,c,'skipped')
            if e=='DoneByHand': return complete(x,c,'done_by_hand')
            if e=='RequestRollback' and rollable(x,c) is not None: return gate(x,'rollback',rollable(x,c))
    return None
def explore(c):
    start=X(st=('ready',)*len(c.steps)); seen={start}; q=deque([start]); edges={}; rows=set()
    while q:
        x=q.popleft(); edges[x]=[]
        for e in HUMAN+SYSTEM:
            r=decide(x,e,c)
            if r is None: continue
            y,f=r; rows.add((x.state,e,y.state)); edges[x].append((e,y))
            assert y.state in REST,y
            if 'Dispatch' in f:
                s=c.steps[y.cur if y.kind=='forward' else y.tgt]
                assert not y.panic,'dispatch under panic'
                assert x.att is None or e=='Lost' or (x.state=='paused' and x.held=='Lost') or e in('Ok','Failed') or x.held in('Ok','Failed','RefusedStale') or e in('RanOk','Retry','DidNotRun'),('second dispatch while one may live',x,e,y)
                if not(e=='Approve'): 
                    ok=(c.trust==2 and c.audit and s.risk=='safe' and not s.ambiguous and y.kind=='forward') or (s.idempotent and (e=='Lost' or x.held=='Lost'))
                    assert ok,('ran without approval',x,e,y)
                assert c.trust>0,'ran at trust 0'
            if y not in seen: seen.add(y); q.append(y)
    # liveness: from every non-terminal a human/system path to completed and to aborted
    back={}
    for x,es in edges.items():
        for e,y in es: back.setdefault(y,[]).append((e,x))
    def reach(goal,ban):
        s={x for x in seen if x.state==goal}; q=deque(s)
        while q:
            for e,x in back.get(q.popleft(),()):
                if e not in ban and x not in s: s.add(x); q.append(x)
        return s
    for goal,ban in(('completed',('Abort',)),('aborted',())):
        R=reach(goal,ban); stuck=[x for x in seen if x.state not in TERMINAL and x not in R]
        assert not stuck,(goal,stuck[:2])
    return len(seen),sum(map(len,edges.values())),rows
S=Step
books=[(S(),S('caution',rollback=True),S('dangerous')),(S('safe',ambiguous=True),S(manual=True),S('caution',rollback=True,idempotent=True)),(S('dangerous',rollback=True),S('caution',rollback=True),S(idempotent=True,handled=True))]
if __name__=='__main__':
    tot=0; rows=set()
    for b,t,a,qn in product(books,(0,1,2),(False,True),(1,2)):
        n,m,r=explore(Ctx(b,t,a,qn)); tot+=n; rows|=r
    print('states explored',tot,'distinct (state,event,state) edges',len(rows))
