package dev.weir.blockio.iscsi;

import java.util.List;
import java.util.OptionalLong;

/** How the two sides come to the value of an operational key (RFC 7143 6.2, 13). */
sealed interface KeyRule {

    /** What is agreed on, or {@link TextKeys#REJECT}. */
    String answer(String offered);

    /** The first of the initiator's list that is known here (RFC 7143 6.2.1). */
    record Choice(List<String> known) implements KeyRule {
        @Override
        public String answer(String offered) {
            for (String value : offered.split(",", -1)) {
                if (known.contains(value)) {
                    return value;
                }
            }
            return TextKeys.REJECT;
        }
    }

    /** Yes if both say so (RFC 7143 6.2.2). */
    record And(boolean ours) implements KeyRule {
        @Override
        public String answer(String offered) {
            return switch (offered) {
                case YES -> ours ? YES : NO;
                case NO -> NO;
                default -> TextKeys.REJECT;
            };
        }
    }

    /** Yes if one says so. */
    record Or(boolean ours) implements KeyRule {
        @Override
        public String answer(String offered) {
            return switch (offered) {
                case YES -> YES;
                case NO -> ours ? YES : NO;
                default -> TextKeys.REJECT;
            };
        }
    }

    /** The smaller of the two numbers. */
    record Least(long from, long to, long ours) implements KeyRule {
        @Override
        public String answer(String offered) {
            OptionalLong number = within(offered, from, to);
            return number.isPresent()
                    ? Long.toString(Math.min(ours, number.getAsLong()))
                    : TextKeys.REJECT;
        }
    }

    /** The larger of the two numbers. */
    record Most(long from, long to, long ours) implements KeyRule {
        @Override
        public String answer(String offered) {
            OptionalLong number = within(offered, from, to);
            return number.isPresent()
                    ? Long.toString(Math.max(ours, number.getAsLong()))
                    : TextKeys.REJECT;
        }
    }

    /** The same whatever is offered: what RFC 7143 13.25 took out of RFC 3720. */
    record Always(String value) implements KeyRule {
        @Override
        public String answer(String offered) {
            return value;
        }
    }

    String YES = "Yes";
    String NO = "No";

    static OptionalLong within(String offered, long from, long to) {
        OptionalLong number = TextNumber.parse(offered);
        return number.isPresent() && number.getAsLong() >= from && number.getAsLong() <= to
                ? number
                : OptionalLong.empty();
    }
}
