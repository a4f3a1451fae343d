package pocket

import (
	"fmt"

	"pocket/internal/host"
)

// Log writes lines for the log of the host; natively they go to stderr.
var Log logger

type logger struct{}

// Debugf writes a line that only helps while developing.
func (logger) Debugf(format string, values ...any) { host.Log(0, fmt.Sprintf(format, values...)) }

// Infof writes a line that tells what happens.
func (logger) Infof(format string, values ...any) { host.Log(1, fmt.Sprintf(format, values...)) }

// Warnf writes a line about something that may be wrong.
func (logger) Warnf(format string, values ...any) { host.Log(2, fmt.Sprintf(format, values...)) }

// Errorf writes a line about something that is wrong.
func (logger) Errorf(format string, values ...any) { host.Log(3, fmt.Sprintf(format, values...)) }
