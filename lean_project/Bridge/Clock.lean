import Lean

/-!
Wall limits inside the process. One thread looks every few milliseconds whether the call under way
is past its deadline and then sets the call's cancel token, which the elaborator and the kernel
look at; the process lives on. What never looks is killed from outside.
-/

namespace Bridge
open Lean

structure Alarm where
  deadline : Nat
  token : IO.CancelToken

structure Clock where
  alarm : IO.Ref (Option Alarm)
  running : Bool

partial def Clock.watch (alarm : IO.Ref (Option Alarm)) : BaseIO Unit := do
  IO.sleep 4
  match ← alarm.get with
  | some a =>
    -- The alarm stays: taken away here, it might be the next call's, armed meanwhile.
    if (← IO.monoMsNow) ≥ a.deadline then
      a.token.set
  | none => pure ()
  Clock.watch alarm

/-- Starts the watching thread where `threads` allows one. -/
def Clock.start (threads : Bool) : IO Clock := do
  let alarm ← IO.mkRef none
  if threads then
    let _ ← BaseIO.asTask (Clock.watch alarm) .dedicated
  return { alarm, running := threads }

/-- A token that is set `ms` milliseconds from now, unless `disarm` comes first. 0: never. -/
def Clock.arm (c : Clock) (ms : Nat) : IO IO.CancelToken := do
  let token ← IO.CancelToken.new
  if ms > 0 then
    c.alarm.set (some { deadline := (← IO.monoMsNow) + ms, token })
  return token

def Clock.disarm (c : Clock) : BaseIO Unit :=
  c.alarm.set none

end Bridge
