// MicroPython's output is stdout, which the host logs line by line.

// There are no pins; said so, MicroPython asks for none.
#define mp_hal_pin_obj_t void *

static inline void mp_hal_set_interrupt_char(int character) {
    (void)character;
}
