package dev.weir.blockio.scsi;

/** A command that ends with CHECK CONDITION, and what its sense data says (SPC-4 4.5). */
final class CheckCondition extends CommandTermination {
    private static final long serialVersionUID = 1L;

    /** No value: fields that sense data leaves out. */
    static final long NONE = -1;

    private final int key;
    private final int asc;
    private final int ascq;
    private long information = NONE;
    private int field = (int) NONE;
    private boolean fieldInCdb;

    private CheckCondition(int key, int asc, int ascq, String message) {
        super(message);
        this.key = key;
        this.asc = asc;
        this.ascq = ascq;
    }

    static CheckCondition of(Sense sense) {
        return new CheckCondition(sense.key, sense.asc, sense.ascq, sense.name());
    }

    /** With the INFORMATION field, whose meaning depends on the command. */
    static CheckCondition withInformation(Sense sense, long information) {
        CheckCondition condition = of(sense);
        condition.information = information;
        return condition;
    }

    /** Points at the byte of the CDB that is wrong. */
    static CheckCondition invalidCdb(int field) {
        CheckCondition condition = of(Sense.INVALID_FIELD_IN_CDB);
        condition.field = field;
        condition.fieldInCdb = true;
        return condition;
    }

    /** Points at the byte of the parameter list that is wrong. */
    static CheckCondition invalidParameter(int field) {
        CheckCondition condition = of(Sense.INVALID_FIELD_IN_PARAMETER_LIST);
        condition.field = field;
        return condition;
    }

    static CheckCondition of(UnitAttention attention) {
        return new CheckCondition(
                SenseCodec.UNIT_ATTENTION, attention.asc, attention.ascq, attention.name());
    }

    static CheckCondition of(TransportFault fault) {
        return new CheckCondition(SenseCodec.ABORTED_COMMAND, fault.asc, fault.ascq, fault.name());
    }

    int key() {
        return key;
    }

    int asc() {
        return asc;
    }

    int ascq() {
        return ascq;
    }

    /** The INFORMATION field, or {@link #NONE}. */
    long information() {
        return information;
    }

    /** The byte that is wrong, or {@link #NONE}. */
    int field() {
        return field;
    }

    boolean fieldInCdb() {
        return fieldInCdb;
    }
}
