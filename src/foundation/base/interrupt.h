#pragma once

namespace tagsmith::base {

/// Makes SIGINT and SIGTERM set a flag instead of ending the process; a second one ends it with
/// exit code 130. Call once, in main.
void catch_interrupts();

/// True once an interrupt came. Long loops ask it and return cancelled(). Thread-safe.
bool interrupted();

}  // namespace tagsmith::base
