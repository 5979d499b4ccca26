/*
 * The PS/2 keyboard. kbd_decode() is a pure state machine over scan code set 1
 * (IBM PS/2 Hardware Interface Technical Reference, keyboard section): a make
 * code below 0x80, the break code with bit 7 set, 0xe0 before a grey key, 0xe1
 * before Pause. Its output is what a VT100 sends, so that the editor reads one
 * language from both consoles. The rest feeds it from the 8042 controller, with
 * bounded waits: a machine without one reads 0xff everywhere.
 */
#include <asm/io.h>
#include <asm/irqflags.h>
#include <drivers/input.h>
#include <drivers/kbd.h>
#include <lib/string.h>
#include <lib/util.h>

#define SC_BREAK       0x80 /* bit: the key went up */
#define SC_EXTENDED    0xe0
#define SC_PAUSE       0xe1
#define SC_LEFT_CTRL   0x1d
#define SC_LEFT_SHIFT  0x2a
#define SC_RIGHT_SHIFT 0x36
#define SC_ALT         0x38
#define SC_CAPS_LOCK   0x3a
#define SC_GREY_SLASH  0x35
#define SC_GREY_ENTER  0x1c

#define PAUSE_TAIL 2 /* bytes behind each 0xe1 */

#define KBD_DATA    0x60
#define KBD_STATUS  0x64
#define KBD_COMMAND 0x64

#define STATUS_OUTPUT_FULL 0x01
#define STATUS_INPUT_FULL  0x02
#define STATUS_MOUSE       0x20
#define STATUS_ABSENT      0xff /* nobody drives the bus */

#define COMMAND_READ_CONFIG     0x20
#define COMMAND_WRITE_CONFIG    0x60
#define COMMAND_ENABLE_KEYBOARD 0xae

#define CONFIG_KEYBOARD_IRQ 0x01
#define CONFIG_KEYBOARD_OFF 0x10
#define CONFIG_TRANSLATE    0x40

#define KEYBOARD_ENABLE_SCANNING 0xf4

#define KBD_SPIN_LIMIT  20000 /* status reads; the controller needs microseconds */
#define KBD_DRAIN_LIMIT 32

/* Make codes 0x00..0x39, without and with shift; 0 is a key without a byte. */
static const char plain_keys[] = "\0\0331234567890-=\177\t"
				 "qwertyuiop[]\r\0"
				 "asdfghjkl;'`\0"
				 "\\zxcvbnm,./\0*\0 ";
static const char shifted_keys[] = "\0\033!@#$%^&*()_+\177\t"
				   "QWERTYUIOP{}\r\0"
				   "ASDFGHJKL:\"~\0"
				   "|ZXCVBNM<>?\0*\0 ";
static_assert(sizeof(plain_keys) == 0x3a + 1, "one byte a make code");
static_assert(sizeof(shifted_keys) == 0x3a + 1, "one byte a make code");

struct sequence_key {
	u8 scancode;
	char bytes[KBD_KEY_BYTES + 1];
};

/* The keypad's codes: the grey keys send them behind 0xe0, the keypad without
 * (we treat Num Lock as off). */
static const struct sequence_key sequence_keys[] = {
    {0x47, "\033[H"},  {0x48, "\033[A"},  {0x49, "\033[5~"}, {0x4b, "\033[D"},
    {0x4d, "\033[C"},  {0x4f, "\033[F"},  {0x50, "\033[B"},  {0x51, "\033[6~"},
    {0x52, "\033[2~"}, {0x53, "\033[3~"}, {0x4a, "-"},       {0x4e, "+"},
    {0x56, "\\"},
};

static size_t put_sequence(u8 key, u8 *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(sequence_keys); i++) {
		const struct sequence_key *k = &sequence_keys[i];

		if (k->scancode != key)
			continue;
		memcpy(out, k->bytes, strlen(k->bytes));
		return strlen(k->bytes);
	}
	return 0;
}

/* Shift, Ctrl, Alt, Caps Lock: true if the key was one of them. */
static bool modifier(struct kbd_state *s, u8 key, bool down, bool extended)
{
	switch (key) {
	case SC_LEFT_SHIFT: /* behind 0xe0 it is padding that keypads send */
		if (!extended)
			s->left_shift = down;
		return true;
	case SC_RIGHT_SHIFT:
		if (!extended)
			s->right_shift = down;
		return true;
	case SC_LEFT_CTRL:
		*(extended ? &s->right_ctrl : &s->left_ctrl) = down;
		return true;
	case SC_ALT:
		s->alt = down;
		return true;
	case SC_CAPS_LOCK:
		if (down && !s->caps_held)
			s->caps_lock = !s->caps_lock;
		s->caps_held = down;
		return true;
	default:
		return false;
	}
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static u8 typed_byte(const struct kbd_state *s, u8 key)
{
	bool shift = s->left_shift || s->right_shift;
	char c;

	if (key >= sizeof(plain_keys) - 1)
		return 0;
	if (s->caps_lock && is_letter(plain_keys[key]))
		shift = !shift;
	c = shift ? shifted_keys[key] : plain_keys[key];
	if (!s->left_ctrl && !s->right_ctrl)
		return (u8)c;
	/* Ctrl strikes out bits 5 and 6 of what it applies to: @ A..Z [ \ ] ^ _ */
	if ((c >= '@' && c <= '_') || is_letter(c))
		return (u8)(c & 0x1f);
	return (u8)c;
}

static size_t key_down(struct kbd_state *s, u8 key, bool extended, u8 *out)
{
	u8 byte;

	if (extended && key != SC_GREY_SLASH && key != SC_GREY_ENTER)
		return put_sequence(key, out);
	byte = typed_byte(s, key);
	if (byte == 0)
		return put_sequence(key, out);
	out[0] = byte;
	return 1;
}

size_t kbd_decode(struct kbd_state *s, u8 scancode, u8 out[KBD_KEY_BYTES])
{
	bool down = !(scancode & SC_BREAK);
	u8 key = scancode & (u8)~SC_BREAK;
	bool extended = s->extended;

	if (s->skip > 0) {
		s->skip--;
		return 0;
	}
	s->extended = false;
	if (scancode == SC_EXTENDED) {
		s->extended = true;
		return 0;
	}
	if (scancode == SC_PAUSE) {
		s->skip = PAUSE_TAIL;
		return 0;
	}
	if (modifier(s, key, down, extended) || !down)
		return 0;
	return key_down(s, key, extended, out);
}

static bool wait_status(u8 mask, u8 value)
{
	for (unsigned int i = 0; i < KBD_SPIN_LIMIT; i++) {
		if ((inb(KBD_STATUS) & mask) == value)
			return true;
	}
	return false;
}

static bool send(u16 port, u8 value)
{
	if (!wait_status(STATUS_INPUT_FULL, 0))
		return false;
	outb(value, port);
	return true;
}

static void drain(void)
{
	for (unsigned int i = 0; i < KBD_DRAIN_LIMIT; i++) {
		if (!(inb(KBD_STATUS) & STATUS_OUTPUT_FULL))
			return;
		inb(KBD_DATA);
	}
}

static bool configure(void)
{
	u8 config;

	if (!send(KBD_COMMAND, COMMAND_READ_CONFIG) ||
	    !wait_status(STATUS_OUTPUT_FULL, STATUS_OUTPUT_FULL))
		return false;
	config = inb(KBD_DATA);
	config |= CONFIG_KEYBOARD_IRQ | CONFIG_TRANSLATE;
	config &= (u8)~CONFIG_KEYBOARD_OFF;
	return send(KBD_COMMAND, COMMAND_WRITE_CONFIG) && send(KBD_DATA, config) &&
	       send(KBD_COMMAND, COMMAND_ENABLE_KEYBOARD) &&
	       send(KBD_DATA, KEYBOARD_ENABLE_SCANNING);
}

bool kbd_init(void)
{
	unsigned long flags;
	bool configured;

	if (inb(KBD_STATUS) == STATUS_ABSENT)
		return false;
	/* the handler would take the controller's answer for a key */
	local_irq_save(flags);
	drain();
	configured = configure();
	local_irq_restore(flags);
	return configured;
}

void kbd_interrupt(void)
{
	static struct kbd_state state;
	u8 out[KBD_KEY_BYTES];

	for (unsigned int i = 0; i < KBD_DRAIN_LIMIT; i++) {
		u8 status = inb(KBD_STATUS);
		u8 data;

		if (status == STATUS_ABSENT || !(status & STATUS_OUTPUT_FULL))
			return;
		data = inb(KBD_DATA);
		if (status & STATUS_MOUSE)
			continue;
		input_push_bytes(out, kbd_decode(&state, data, out));
	}
}
