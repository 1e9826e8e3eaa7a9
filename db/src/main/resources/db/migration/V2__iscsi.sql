-- How an export over iSCSI is offered. Secrets are sealed by the controller with a key that is not in
-- the database.
create table iscsi_exports (
    export_id uuid not null,
    target varchar(63) not null,
    lun integer not null,
    block_bytes integer not null,
    initiators text not null,
    chap_user varchar(255),
    chap_secret varchar(2048),
    mutual_user varchar(255),
    mutual_secret varchar(2048),
    constraint iscsi_exports_pk primary key (export_id),
    constraint iscsi_exports_export_fk foreign key (export_id) references exports (id) on delete cascade,
    constraint iscsi_exports_lun_once unique (target, lun),
    constraint iscsi_exports_block_known check (block_bytes in (512, 4096)),
    constraint iscsi_exports_chap_whole check ((chap_user is null) = (chap_secret is null)),
    constraint iscsi_exports_mutual_whole check ((mutual_user is null) = (mutual_secret is null))
);

-- Persistent reservations of a volume, as the SCSI layer writes them.
create table reservations (
    volume_id uuid not null,
    state bytea not null,
    constraint reservations_pk primary key (volume_id),
    constraint reservations_volume_fk foreign key (volume_id) references volumes (id) on delete cascade
);
